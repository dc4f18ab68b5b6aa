SimulationCommand.run(Array(CommandLine.arguments.dropFirst()))
