"""What the routes of ``/ogc`` share: parameters, forms, links and pages for people."""
