/// The programs that a host has instead of the real ones: everything that would reach hardware, modules, services,
/// boots or guests. They lie in the host's own copy of `/usr`, in front of the real ones.
enum StandIns {
  /// Path below `/usr` of every program that the lab answers itself.
  static let answered = [
    "bin/dmesg", "bin/journalctl", "bin/systemctl", "bin/systemd-run", "bin/virsh", "bin/loginctl", "bin/kmod",
    "bin/lsmod", "bin/snphost", "bin/sevctl", "bin/systemd-detect-virt", "bin/apt-cache",
    "sbin/modprobe", "sbin/rmmod", "sbin/lsmod", "sbin/insmod", "sbin/modinfo", "sbin/depmod", "sbin/reboot",
    "sbin/poweroff", "sbin/halt", "sbin/shutdown", "sbin/telinit", "sbin/init", "sbin/runlevel", "sbin/kexec",
    "sbin/update-initramfs", "sbin/update-grub",
  ]

  /// Programs of this machine that run as they are, after the lab has noted what they are asked to change.
  static let noted = ["bin/apt-mark", "bin/dpkg-divert"]

  /// Scripts with work of their own.
  private static let scripts: [(String, String)] = [
    ("bin/uname", uname), ("bin/sync", sync), ("bin/lsinitramfs", initramfsReader),
    ("bin/unmkinitramfs", initramfsReader),
  ]

  /// Where a noted program's real file is, seen from inside.
  static func real(_ path: String) -> String { "/usr/lib/lab/" + path.lastPathPart }

  static var files: [TemplateFile] {
    let answers = (answered + noted).map { TemplateFile("/run/lab/upper/\($0)", .text(asking, 0o755)) }
    let own = scripts.map { TemplateFile("/run/lab/upper/\($0.0)", .text($0.1, 0o755)) }
    let originals = noted + ["bin/sync"]
    let copies = originals.map { TemplateFile("/run/lab/upper/lib/lab/\($0.lastPathPart)", .program("/usr/\($0)")) }
    let guestProgram = TemplateFile("/run/lab/upper/bin/qemu-system-x86_64", .link("dash"))
    return answers + own + copies + [
      guestProgram, TemplateFile("/run/lab/upper/lib/lab/watch", .text(asking, 0o755)),
      TemplateFile("/run/lab/upper/lib/lab/package-manager", .text(packageManager, 0o755)),
    ]
  }

  /// Content of a stand-in by its path below `/usr`, to put one back that a fault removed.
  static func content(_ path: String) -> String? {
    if (answered + noted).contains(path) { return asking }
    return scripts.first { $0.0 == path }?.1
  }

  /// The socket on which the lab answers a host's programs.
  static let socket = "/run/host-bus"

  /// Asks the lab: sends name, folder and arguments; prints the answer, or becomes the program that it names.
  /// Without modules: loading them takes five times as long as the whole question.
  static let asking = #"""
    #!/usr/bin/perl
    my ($name) = $0 =~ m{([^/]+)$};
    my $cwd = readlink("/proc/self/cwd") // "/";
    my ($AF_UNIX, $SOCK_STREAM, $bus) = (1, 1);
    socket($bus, $AF_UNIX, $SOCK_STREAM, 0) and connect($bus, pack("S a108", $AF_UNIX, "/run/host-bus"))
      or do { print STDERR "$name: no answer: $!\n"; exit 1 };
    sub put {
      my ($to, $text) = @_;
      while (length $text) {
        my $sent = syswrite($to, $text) or exit 1;
        substr($text, 0, $sent, "");
      }
    }
    put($bus, join("\0", $name, $cwd, @ARGV));
    shutdown($bus, 1);
    my $answer = "";
    while (my $got = sysread($bus, $answer, 65536, length $answer)) {}
    $answer =~ s/^(\S+) (\d+) (\d+) (\d+)\n// or do { print STDERR "$name: no answer\n"; exit 1 };
    my ($verb, $code, $outLength, $errLength) = ($1, $2, $3, $4);
    my $out = substr($answer, 0, $outLength);
    if ($verb eq "become") { exec { $out } $name, @ARGV or exit 127 }
    $SIG{PIPE} = "DEFAULT";
    put(\*STDOUT, $out);
    put(\*STDERR, substr($answer, $outLength, $errLength));
    exit $code;
    """# + "\n"

  /// Prints the host's kernel release instead of this machine's.
  private static let uname = #"""
    #!/bin/sh
    read -r release < /proc/sys/kernel/osrelease
    read -r node < /proc/sys/kernel/hostname
    read -r _ _ _ _ _ build < /proc/version || true
    build="#1 SMP PREEMPT_DYNAMIC Debian"
    [ $# -gt 0 ] || set -- -s
    s= n= r= v= m= o=
    for option in "$@"; do
      case $option in
        -a | --all) s=1 n=1 r=1 v=1 m=1 o=1 ;;
        --kernel-release) r=1 ;; --kernel-name) s=1 ;; --nodename) n=1 ;; --machine) m=1 ;;
        --kernel-version) v=1 ;; --operating-system) o=1 ;;
        -[snrvmpio]*)
          case $option in *s*) s=1 ;; esac; case $option in *n*) n=1 ;; esac
          case $option in *r*) r=1 ;; esac; case $option in *v*) v=1 ;; esac
          case $option in *m*) m=1 ;; esac; case $option in *o*) o=1 ;; esac ;;
        *) echo "uname: extra operand '$option'" >&2; exit 1 ;;
      esac
    done
    set --
    [ -z "$s" ] || set -- "$@" Linux
    [ -z "$n" ] || set -- "$@" "$node"
    [ -z "$r" ] || set -- "$@" "$release"
    [ -z "$v" ] || set -- "$@" "$build"
    [ -z "$m" ] || set -- "$@" x86_64
    [ -z "$o" ] || set -- "$@" GNU/Linux
    echo "$*"
    """# + "\n"

  /// Without operands the real one would wait for every disk of the machine around the lab.
  private static let sync = #"""
    #!/bin/sh
    [ $# -gt 0 ] || exit 0
    exec /usr/lib/lab/sync "$@"
    """# + "\n"

  /// Holds dpkg's lock as a package manager at work does.
  private static let packageManager = #"""
    #!/usr/bin/perl
    use strict; use warnings; use Fcntl;
    $0 = "apt-get upgrade -y";
    open(my $lock, "+<", "/var/lib/dpkg/lock-frontend") or die;
    my $whole = pack("s s x4 q q l x4", F_WRLCK, 0, 0, 0, 0);
    fcntl($lock, F_SETLK, $whole) or die;
    sleep 3600 while 1;
    """# + "\n"
}
