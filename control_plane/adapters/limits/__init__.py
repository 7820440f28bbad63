"""Where it is remembered how often somebody has asked."""
