Set-Content -LiteralPath $env:LAB_MARK -Value file
