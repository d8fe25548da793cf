"""Many articles: cut into chunks, scored on all cores or on a cluster, written so that a killed run can go on."""
