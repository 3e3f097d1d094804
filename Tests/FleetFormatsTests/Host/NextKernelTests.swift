import FleetCore
import FleetFormats
import Testing

/// Which kernel boots next: the boot loader's word, never a guess.
struct NextKernelTests {
  private func kernel(_ boot: String, grubby: String? = nil) throws -> String? {
    var answer = AnswerFixture.milan
    answer["boot"] = boot
    if let grubby { answer["grubby"] = AnswerFixture.answered(grubby) }
    return try ProbeTextTests.observation(answer).nextBootKernel
  }

  @Test func grubbyGoesFirst() throws {
    #expect(
      try kernel("vmlinuz=1\nvmlinuz=2", grubby: "/boot/vmlinuz-5.14.0-427.el9.x86_64") == "5.14.0-427.el9.x86_64")
    #expect(try kernel("vmlinuz=1\nvmlinuz=2", grubby: "The param /boot is not valid") == nil)
  }

  @Test(
    "grubby overlooks the one-time choice of grubenv: only a choice of the same release is believed",
    arguments: [
      ("", true), ("1b2c3d4e-5.14.0-427.el9.x86_64", true), ("Alma (5.14.0-427.el9.x86_64) 9.4", true), ("1", false),
      ("1b2c3d4e-5.14.0-362.el9.x86_64", false), ("1b2c3d4e-5.14.0-427.el9.x86_64+rt", false),
    ])
  func onceWithGrubby(entry: String, isBelieved: Bool) throws {
    let release = "5.14.0-427.el9.x86_64"
    let boot = "vmlinuz=\(release)\ngrubenv=/boot/grub2/grubenv\nsaved_entry=x\nnext_entry=\(entry)"
    #expect(try kernel(boot, grubby: "/boot/vmlinuz-\(release)") == (isBelieved ? release : nil))
  }

  @Test(arguments: [
    (##"set default="0""##, "", "6.1.0-18-amd64"),
    (##"set default="1>1""##, "", "6.1.0-13-amd64"),
    (##"set default="gnulinux-advanced-1f>gnulinux-13-1f""##, "", "6.1.0-13-amd64"),
    (
      ##"set default="Advanced options for Debian GNU/Linux>Debian GNU/Linux, with Linux 6.1.0-13-amd64""##, "",
      "6.1.0-13-amd64"
    ),
    (##"set default="${saved_entry}""##, "saved_entry=1>1", "6.1.0-13-amd64"),
    (##"set default="${saved_entry}""##, "", "6.1.0-18-amd64"),
    (##"set default="${saved_entry}""##, "saved_entry=0\nprev_saved_entry=1>1", "6.1.0-13-amd64"),
    (##"set default="0""##, "next_entry=gnulinux-advanced-1f>gnulinux-13-1f", "6.1.0-13-amd64"),
    (##"set default="0""##, "next_entry=", "6.1.0-18-amd64"),
  ])
  func grubDefaults(_ setting: String, _ environment: String, _ expected: String) throws {
    let text = ToolFixtures.grub.replacing(##"set default="0""##, with: setting) + "\n" + environment
    #expect(try kernel(text) == expected)
  }

  @Test(arguments: [
    ##"set default="9""##, ##"set default="1""##, ##"set default="gone>away""##, ##"set default="$x""##,
    ##"set default="1>7""##, "set default=\"0\"\nset default=\"1>1\"", "blscfg",
  ])
  func whatGrubDoesNotSayIsUnknown(_ setting: String) throws {
    #expect(try kernel(ToolFixtures.grub.replacing(##"set default="0""##, with: setting)) == nil)
  }

  @Test func customConfigurationIsUnknown() throws {
    #expect(try kernel("custom=/boot/grub/custom.cfg\n" + ToolFixtures.grub) == nil)
  }

  @Test func anEntryWithoutAReleaseIsUnknown() throws {
    let text = """
      vmlinuz=6.1.0-18-amd64
      grub.cfg=/boot/grub/grub.cfg
      menuentry 'Memory test' {
      linux16 /boot/memtest86+x64.bin
      }
      """
    #expect(try kernel(text) == nil)
    #expect(try kernel(text.replacing("memtest86+x64.bin", with: "vmlinuz-4.19")) == nil)
    #expect(try kernel(text.replacing("memtest86+x64.bin", with: "vmlinuz-6.1.0-18-amd64")) == "6.1.0-18-amd64")
  }

  @Test func theOnlyKernel() throws {
    #expect(try kernel("vmlinuz=6.1.0-18-amd64") == "6.1.0-18-amd64")
    #expect(try kernel("vmlinuz=6.1.0-18-amd64\nvmlinuz=0-rescue-1f2e") == "6.1.0-18-amd64")
    #expect(try kernel("vmlinuz=a\nvmlinuz=b") == nil)
    #expect(try kernel("") == nil)
  }

  @Test func quotedTitles() throws {
    let text = #"""
      grub.cfg=/boot/grub/grub.cfg
      set default="It's Debian"
      menuentry 'Other' {
      linux /vmlinuz-1
      }
      menuentry 'It'\''s Debian' {
      linux /vmlinuz-2
      }
      """#
    #expect(try kernel(text) == "2")
  }
}
