# Define parallel operations
$operations = @(
    @{
        Name = 'Deploy-Database'
        Type = 'Deploy'
        ScriptBlock = {
            param($ServerName, $DatabaseName)
            # Database deployment logic
            Write-Output "Deploying database $DatabaseName on $ServerName"
        }
        Parameters = @{
            ServerName = 'SQL-01'
            DatabaseName = 'AppDB'
        }
    },
    @{
        Name = 'Deploy-WebServer'
        Type = 'Deploy'
        ScriptBlock = {
            param($ServerName, $SiteName)
            # Web server deployment logic
            Write-Output "Deploying website $SiteName on $ServerName"
        }
        Parameters = @{
            ServerName = 'WEB-01'
            SiteName = 'MyApp'
        }
        Dependencies = @('Deploy-Database')  # Depends on database
    }
)

# Execute operations in parallel
$results = Invoke-ParallelLabRunner -Operations $operations `
                                   -MaxParallelism 4 `
                                   -ShowProgress `
                                   -TimeoutMinutes 30

# Check results
foreach ($result in $results) {
    if ($result.Success) {
        Write-Host "✓ $($result.Name) completed successfully" -ForegroundColor Green
    } else {
        Write-Warning "✗ $($result.Name) failed: $($result.Error)"
    }
}
