"""Ground floor: people, register, parameters, moving, audit, words, notices."""
