"""The regulator's pages (`/oversight`): plain but true pages of what there is."""
