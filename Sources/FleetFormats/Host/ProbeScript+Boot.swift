/// Which kernel boots next, and what its initramfs holds.
extension ProbeScript {
  /// Lines of `grub.cfg` that decide which entry starts and which kernel it names. Blocks are followed by their braces.
  static let grubPattern =
    #"^[[:space:]]*(menuentry|submenu|function|(linux|initrd)(16|efi)?|set[[:space:]]+default|[}]|blscfg)"#
    + #"|[{][[:space:]]*$"#

  /// The parser (`GrubText`) decides which kernel boots next. The script only guesses, so that it can look into one
  /// initramfs; where the guess differs from the parser's decision, that initramfs stays unknown.
  static var boot: String {
    #"""
    next=
    if [ -x /usr/sbin/grubby ]; then
      \#(begin(.grubby))
      out=$(ask \#(quickSeconds) 4096 \#(root(.defaultKernel)))
      printf '%s\n' "$out"
      \#(end(.grubby))
      case $out in *'/vmlinuz-'*) next=${out#*/vmlinuz-}; next=${next%%"$nl"*} ;; esac
    fi
    \#(begin(.boot))
    kernels='' count=0
    for f in /boot/vmlinuz-*; do
      [ -f "$f" ] || continue
      printf 'vmlinuz=%s\n' "${f#/boot/vmlinuz-}"
      case $f in *-rescue-*) ;; *) kernels="$kernels ${f#/boot/vmlinuz-}"; count=$((count + 1)) ;; esac
    done
    grub='' wanted='grub.cfg grubenv'
    # grubby knows the entries and not the one-time choice, which grubenv holds.
    if [ -n "$next" ]; then wanted=grubenv; fi
    for d in /boot/grub /boot/grub2; do
      [ -d "$d" ] || continue
      if [ -f "$d/custom.cfg" ]; then printf 'custom=%s/custom.cfg\n' "$d"; fi
      for f in $wanted; do
        if [ -r "$d/$f" ]; then
          printf '%s=%s/%s\n' "$f" "$d" "$f"
          lines=$(grep -aE \#(ShellWord.quoted(grubPattern + "|^(prev_)?(saved|next)_entry=")) "$d/$f")
        elif [ -e "$d/$f" ] || [ ! -x "$d" ]; then
          printf '%s=%s/%s\n' "$f" "$d" "$f"
          lines=$(pick \#(quickSeconds) \#(maximumToolBytes) \
            \#(ShellWord.quoted(grubPattern + "|^(prev_)?(saved|next)_entry=")) as_root /usr/bin/cat "$d/$f")
        else
          continue
        fi
        printf '%s\n' "$lines" | head -c \#(maximumToolBytes)
        grub="$grub$nl$lines"
      done
    done
    \#(end(.boot))
    \#(guess)
    """#
  }

  private static let guess = #"""
    guess_kernel() {
      default='' saved='' once='' entries=''
      set -f
      IFS=$nl
      for l in $grub; do
        case $l in
        next_entry=?*) once=${l#next_entry=} ;;
        saved_entry=?*) saved=${l#saved_entry=} ;;
        *'set default="${next_entry}"'*) ;;
        *'set default='*) default=${l#*set default=}; default=${default#\"}; default=${default%\"} ;;
        *[[:space:]]linux*vmlinuz-*) l=${l#*vmlinuz-}; entries="$entries ${l%%[[:space:]]*}" ;;
        esac
      done
      IFS=" $nl"
      case $default in '${saved_entry}') default=$saved ;; esac
      if [ -n "$once" ]; then default=$once; fi
      set -- $entries
      case $default in
      '' | 0) next=$1 ;;
      [0-9]*'>'[0-9]*)
        default=${default#*>}
        case $default in *[!0-9]*) ;; *) if [ "$default" -lt 100 ]; then shift $((default + 1)); next=$1; fi ;; esac ;;
      *)
        for k in $kernels; do
          case $default in *"$k"*) if [ ${#k} -gt ${#next} ]; then next=$k; fi ;; esac
        done
        if [ -z "$next" ]; then next=$1; fi ;;
      esac
      if [ -z "$next" ] && [ "$count" = 1 ]; then set -- $kernels; next=$1; fi
      unset IFS
      set +f
    }
    if [ -z "$next" ]; then guess_kernel; fi
    """#

  /// Lists the image, and unpacks it only where it holds firmware.
  static func initramfs(kernel: String?) -> String {
    let given = kernel.map { "next=\(ShellWord.quoted($0))\n" } ?? ""
    return given + unpack + "\n"
      + #"""
      \#(begin(.initramfs))
      image=
      look=${next:-$kernel}
      for f in "/boot/initrd.img-$look" "/boot/initramfs-$look.img" "/boot/initrd-$look"; do
        if [ -e "$f" ]; then image=$f; break; fi
      done
      printf 'kernel=%s\nimage=%s\n' "$look" "$image"
      run=as_root lister=
      if [ -x /usr/bin/lsinitramfs ] && [ -x /usr/bin/unmkinitramfs ]; then
        lister=lsinitramfs
        if [ -r "$image" ]; then run=; fi
      elif [ -x /usr/bin/lsinitrd ]; then
        # dracut's images are root's alone.
        lister=lsinitrd
      fi
      listing='' work=
      if [ -n "$image" ] && [ -n "$lister" ]; then
        work=$(mktemp -d)
        trap 'rm -rf -- "$work"' EXIT
        trap 'exit 1' HUP INT TERM
        listing=$(pick \#(slowSeconds) \#(maximumToolBytes) \#(ShellWord.quoted(initramfsPattern)) \
          $run "/usr/bin/$lister" "$image")
        printf '%s\n' "$listing"
      fi
      \#(end(.initramfs))
      case $listing in
      *amd/amd_sev_* | *amd/sev.fw*)
        \#(begin(.initramfsFiles))
        "unpack_$lister"
        \#(end(.initramfsFiles)) ;;
      esac
      if [ -n "$work" ]; then rm -rf -- "$work"; fi
      """#
  }

  /// The driver, firmware files, and `/init` as the proof that the main archive was read.
  static let initramfsPattern = #"(^|[ /])ccp[.]ko|firmware/(.*/)?amd/(amd_sev_|sev[.]fw)|(^|[ /])init($| -> )"#

  /// `unmkinitramfs` unpacks into our own folder where the login may read the image, else as root into root's folder,
  /// whose files the login may read; `lsinitrd` prints single files.
  private static let unpack = #"""
    unpack_lsinitramfs() {
      tree=$work/tree
      if [ -n "$run" ]; then
        tree=\#(RootCommand.initramfsFolder)/${work##*/}
        ask \#(slowSeconds) 4096 as_root /usr/bin/unmkinitramfs "$image" "$tree"
      else
        ask \#(slowSeconds) 4096 env "TMPDIR=$work" /usr/bin/unmkinitramfs "$image" "$tree"
      fi
      for strip in "$tree" "$tree"/*; do
        set --
        for r in lib usr/lib; do
          [ -L "$strip/$r" ] && continue
          f=$strip/$r/firmware
          for f in "$f/amd"/* "$f/updates/amd"/* "$f/$look/amd"/* "$f/updates/$look/amd"/*; do
            if [ -f "$f" ] && [ $# -lt \#(maximumFiles) ]; then set -- "$@" "$f"; fi
          done
        done
        if [ $# -gt 0 ]; then describe "$@"; fi
      done
      if [ -n "$run" ]; then ask \#(quickSeconds) 4096 as_root /usr/bin/rm -rf "$tree"; fi
    }
    unpack_lsinitrd() {
      strip=$work/tree
      set -f
      IFS=$nl
      for l in $listing; do
        case $l in *firmware/*amd/amd_sev_* | *firmware/*amd/sev.fw*) ;; *) continue ;; esac
        l=${l%% -> *}
        case $l in *' usr/lib/'*) l=usr/lib/${l##* usr/lib/} ;; *) l=lib/${l##* lib/} ;; esac
        case $l in *[!A-Za-z0-9/_.+~-]*) continue ;; esac
        mkdir -p "$strip/${l%/*}"
        { { $run /usr/bin/lsinitrd -f "$l" "$image"; } & } | timeout \#(slowSeconds) head -c 8388608 >"$strip/$l"
        describe "$strip/$l"
      done
      unset IFS
      set +f
    }
    """#
}
