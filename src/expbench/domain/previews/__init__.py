"""What a file holds, as far as a screen can show it: a picture, a table, a matrix, a document, plain text, bytes.

Everything here reads bytes that anybody may have written: nothing is executed or unpickled, and time and memory are
bounded whatever the bytes say of themselves.
"""
