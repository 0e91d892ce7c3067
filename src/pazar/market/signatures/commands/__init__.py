"""What people do at the signature desk."""
