"""What the product's paths cost beside a peer and beside the database alone, all measured in one run (DESIGN).

Never loaded by the product; a peer lives in an environment of its own (`peers/requirements.txt`).
"""
