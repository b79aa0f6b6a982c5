"""Methods that change the input and look only at the output."""
