"""What the gateway costs and how quick it is, measured from outside against the simulator."""
