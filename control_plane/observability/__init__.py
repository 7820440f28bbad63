"""What the gateway says about itself: metrics, logs, the lag of its event loop."""
