"""What every feature runs on: the engine, the scheduler, downloads, command registration."""
