"""The Discord side: thin commands over services over `core`."""
