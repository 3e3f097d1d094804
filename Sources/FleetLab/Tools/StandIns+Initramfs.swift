extension StandIns {
  /// `lsinitramfs FILE…` and `unmkinitramfs FILE FOLDER`: really reads the archives, one after the other, and hands
  /// each to cpio; runs as whoever calls it.
  static let initramfsReader = #"""
    #!/usr/bin/perl
    use strict; use warnings;
    my ($name) = $0 =~ m{([^/]+)$};
    my @words = grep { !/^-/ } @ARGV;
    die "Usage: $name FILE" . ($name eq "unmkinitramfs" ? " DIRECTORY" : "") . "\n" unless @words;
    my ($file, $folder) = @words;
    open(my $in, "<:raw", $file) or do { print STDERR "$name: cannot open $file: $!\n"; exit 1 };
    my $bytes = do { local $/; <$in> };

    # Length of the uncompressed newc archive at the start, or 0.
    sub archiveLength {
      my ($data) = @_;
      my $at = 0;
      while (substr($data, $at, 6) =~ /^07070[12]$/) {
        my $size = hex substr($data, $at + 54, 8);
        my $nameSize = hex substr($data, $at + 94, 8);
        my $entry = substr($data, $at + 110, $nameSize - 1);
        my $next = ($at + 110 + $nameSize + 3) & ~3;
        $at = ($next + $size + 3) & ~3;
        return $at if $entry eq "TRAILER!!!";
      }
      return 0;
    }

    sub feed {
      my ($data, @command) = @_;
      open(my $out, "|-", @command) or exit 1;
      binmode $out; print $out $data; close $out;
      exit 2 if $?;
    }

    my %reader = ("\x1f\x8b" => "gzip", "\x28\xb5" => "zstd", "\xfd\x37" => "xz");
    my $early = 0;
    while (length $bytes) {
      $bytes =~ s/^\0+//;
      last unless length $bytes;
      my $length = archiveLength($bytes);
      my ($part, $data) = ("main", $bytes);
      if ($length) {
        $data = substr($bytes, 0, $length, "");
        $part = $bytes =~ /[^\0]/ ? ($early++ ? "early" . $early : "early") : "main";
      } else {
        my $tool = $reader{substr($bytes, 0, 2)}
          or do { print STDERR "cpio: premature end of archive\n"; exit 2 };
        $bytes = "";
        my $temporary = "/tmp/initramfs.$$";
        feed($data, "sh", "-c", "umask 077; $tool -dcq > $temporary");
        open(my $plain, "<:raw", $temporary) or exit 2;
        $data = do { local $/; <$plain> };
        unlink $temporary;
      }
      if ($name eq "lsinitramfs") { feed($data, "cpio", "--quiet", "-t") }
      else {
        system("mkdir", "-p", "--", "$folder/$part") == 0 or exit 1;
        feed($data, "cpio", "--quiet", "-idm", "-D", "$folder/$part");
      }
    }
    """# + "\n"
}
