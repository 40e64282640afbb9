"""What is done: jobs that run rules, call APIs back, retry and recover."""
