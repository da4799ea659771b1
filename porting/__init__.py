"""Number porting."""
