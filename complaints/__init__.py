"""Complaints, appeals and the regulator's rooms."""
