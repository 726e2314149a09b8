"""Heavy algorithms of analytics, private to the kernel."""
