// No declarations: the linker replaces functions of the Swift runtime with those in this folder.
