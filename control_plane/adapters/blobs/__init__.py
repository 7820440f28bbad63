"""Audio files: on disk or in S3."""
