print("sevfleet-bench")
