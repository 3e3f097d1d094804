/// Firmware files on the real root, and the packages that own them.
extension ProbeScript {
  /// Files of every place of FACTS 2.2, for the running kernel and the one that boots next.
  ///
  /// Only what opens as a regular file is listed: a dangling link is no candidate, the kernel goes on past it.
  static var files: String {
    describe + "\n"
      + #"""
      root_files() {
        begin \#(ProbeSection.files.rawValue)
        for p in /lib/firmware /lib/firmware/updates; do
          if [ -d "$p" ] && [ ! -x "$p" ]; then printf 'unreadable=%s\n' "$p"; fi
        done
        set --
        f_seen=
        for p in ${classpath:+"$classpath"} ${bootpath:+"$bootpath"} "/lib/firmware/updates/$kernel" "/lib/firmware/updates/${next:=$kernel}" \
          /lib/firmware/updates "/lib/firmware/$kernel" "/lib/firmware/$next" /lib/firmware; do
          case $f_seen in *"|$p|"*) continue ;; esac
          f_seen="$f_seen|$p|"
          if [ -d "$p/amd" ] && [ ! -r "$p/amd" ]; then printf 'unreadable=%s/amd\n' "$p"; fi
          for f in "$p/amd"/*; do
            [ -f "$f" ] || continue
            if [ $# -lt \#(maximumFiles) ]; then set -- "$@" "$f"; else printf 'unreadable=%s\n' "$f"; fi
          done
        done
        strip=
        if [ $# -gt 0 ]; then describe "$@"; fi
        end \#(ProbeSection.files.rawValue)
        begin \#(ProbeSection.owners.rawValue)
        owned=
        if [ $# -gt 0 ]; then owned=$(file_owners "$@"); fi
        printf '%s\n' "$owned"
        end \#(ProbeSection.owners.rawValue)
      }
      root_files
      """# + "\n" + pending
  }

  /// Owners of firmware files that are asked for; a host has one or two.
  private static let maximumOwners = 8

  /// What apt would install next of the packages that own firmware files (RULES P), from its own lists: nothing is
  /// fetched, and where we could write its cache it is told to keep none. dnf is not asked: it writes caches and logs.
  private static let pending = #"""
    if [ -x /usr/bin/apt-cache ] && [ -d /var/lib/dpkg/info ]; then
      packages=$(printf '%s\n' "$owned" |
        sed -n 's|^/var/lib/dpkg/info/\([a-z0-9][a-z0-9.+-]*\)\(:[a-z0-9]*\)\{0,1\}[.]list:.*|\1|p' | sort -u |
        head -n \#(maximumOwners))
      if [ -n "$packages" ]; then
        set --
        if [ -w /var/cache/apt ]; then set -- -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache=; fi
        begin \#(ProbeSection.pending.rawValue)
        ask \#(quickSeconds) \#(maximumToolBytes) /usr/bin/apt-cache "$@" policy $packages
        end \#(ProbeSection.pending.rawValue)
      fi
    fi
    """#

  /// Describes files: state, SHA-256 as they lie there, and the first 256 bytes after decompression.
  ///
  /// `describe FILE…` prints paths without `$strip` in front.
  private static let describe = #"""
    describe() {
      find "$@" -maxdepth 0 -printf 'stat %m %u:%g %s %p\n' -type l -printf 'link %p\t%l\n' | sed "s|$strip/|/|"
      for f in "$@"; do
        if [ -L "$f" ]; then stat -L -c 'stat %a %U:%G %s %n' -- "$f" | sed "s|$strip/|/|"; fi
        if [ ! -r "$f" ]; then as_root /usr/bin/sha256sum "$f" | sed '/^[0-9a-f]\{64\} /s/^/sha /'; fi
      done
      timeout \#(slowSeconds) sha256sum -- "$@" | sed "s|^|sha |;s|$strip/|/|"
      for f in "$@"; do
        [ -r "$f" ] || continue
        printf 'head %s\n' "${f#"$strip"}"
        case $f in
        *.xz) xz -dcq -- "$f" | od -An -v -tx1 -N256 ;;
        *.zst) zstd -dcq -- "$f" | od -An -v -tx1 -N256 ;;
        *) od -An -v -tx1 -N256 -- "$f" ;;
        esac
      done
    }
    """#

  /// dpkg's file lists are searched directly: `dpkg-query -S` takes ten times as long for the same answer.
  static let owners = #"""
    file_owners() {
      if [ -d /var/lib/dpkg/info ]; then
        for f in "$@"; do printf '%s\n/usr%s\n%s\n' "$f" "$f" "${f#/usr}"; done |
          grep -axF -f - /dev/null /var/lib/dpkg/info/*.list
        if [ -s /var/lib/dpkg/diversions ]; then
          sed 's/^/divert /' /var/lib/dpkg/diversions | head -c \#(maximumToolBytes)
        fi
      elif [ -x /usr/bin/rpm ]; then
        timeout \#(slowSeconds) rpm -qf --qf '%{NAME}\n' -- "$@" | sort -u | while read -r p; do
          case $p in *' '*) continue ;; esac
          timeout \#(slowSeconds) rpm -ql -- "$p" | grep -aE '/firmware/(.*/)?amd/' | sed "s|^|rpm $p |"
        done
      fi
    }
    """#
}
