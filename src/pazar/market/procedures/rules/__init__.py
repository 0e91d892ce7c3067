"""What a procedure is and when it may do what: values in, values out."""
