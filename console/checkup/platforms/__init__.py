"""What platforms themselves say: do they take our keys, and do their webhooks lead here?"""
