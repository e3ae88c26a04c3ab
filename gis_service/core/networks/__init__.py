"""What `gis_service.core.network` is made of: the graph, snapping, searches, catchments."""
