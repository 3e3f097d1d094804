import FleetCore

/// The inventory's host; Foundation has another type of that name.
typealias Host = FleetCore.Host
