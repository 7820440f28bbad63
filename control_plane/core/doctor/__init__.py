"""What an installation is asked about itself, and what the answers mean."""
