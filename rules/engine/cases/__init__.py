"""`*.test.yaml`: cases are read, played with stubs on a virtual clock, compared and told."""
