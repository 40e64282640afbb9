"""What people see: the `hookswitch` command and the sandbox phone platform."""
