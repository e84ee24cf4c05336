"""What the entries tell a lead."""
