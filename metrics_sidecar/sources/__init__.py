"""Where figures come from: control planes over HTTP, the machine from its kernel."""
