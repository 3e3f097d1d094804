import FleetCommands

await Sevfleet.run(CommandLine.arguments)
