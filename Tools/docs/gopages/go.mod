module gopages

go 1.19
