"""Talking to a province: gateway, evidence, commands, obstructions."""
