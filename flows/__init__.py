"""When and where: Prefect flows that drive DVC's command line; they know nothing of images or learning."""
