"""What every process of ours begins and ends with: logs, error reports, sockets, files, and its sign of life."""
