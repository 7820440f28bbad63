"""Work that survives a crash: the engine that carries runs out from their store."""
