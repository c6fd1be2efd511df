"""The example application: a page with a guest book. Replace this folder with yours."""
