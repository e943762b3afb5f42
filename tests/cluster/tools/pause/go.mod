module dog-gif-app/tests/cluster/tools/pause

go 1.27.0
