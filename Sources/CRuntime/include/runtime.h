// Nothing is called by name: what is in this folder takes the place of functions of the Swift runtime when the shipped
// library is linked.
