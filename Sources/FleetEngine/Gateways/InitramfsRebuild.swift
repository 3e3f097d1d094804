package import FleetCore
import FleetFormats
import SSHTransport

/// An initramfs made anew on a host, never by two tools at once.
package struct InitramfsRebuild: Sendable {
  let commands: [RootCommand]

  /// `image`: where the tool writes, if known.
  package init(kernel: String, tool: String, image: String?) {
    let command: RootCommand = tool == "dracut" ? .dracut(kernel: kernel) : .updateInitramfs(kernel: kernel)
    // A folder's sync does not reach the content of its files (FACTS 2.17).
    commands = [command] + (image.map { [.sync($0)] } ?? []) + [.sync("/boot")]
  }

  /// Waits, within the deadline, for what an earlier request left running when its connection was lost: the shell that
  /// runs it holds the lock until it has ended. `home` is the login's home folder on the host.
  package func script(
    become: SSHSettings.Become, under lease: String? = nil, home: String, deadline: Duration
  ) -> String {
    let folder = ShellQuoting.quote("\(home)/.sevfleet")
    return """
      mkdir -p \(folder) && exec 9>>\(folder)/commands.lock || exit 1
      if [ -x /usr/bin/flock ]; then /usr/bin/flock -w \(deadline.wholeSeconds) 9 || exit 1; fi

      """ + HostScript(become: become, under: lease).running(commands)
  }
}
