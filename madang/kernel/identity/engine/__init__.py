"""What the sign-in library asks of us: judging passwords, and a provider for the demo country."""
