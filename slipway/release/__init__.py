"""From a tested digest to a service that is proven to run it."""
