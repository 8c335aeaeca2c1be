"""Turn any rule into another library's own function: axes, dtypes, masks, targets."""
