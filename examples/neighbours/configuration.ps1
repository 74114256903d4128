# Takes its limits from the module ConfigurationCore, which counts timeouts in seconds, and LabRunner in minutes.
Import-Module ConfigurationCore
$settings = Get-ModuleConfiguration -ModuleName LabRunner
$concurrency = if ($settings.EnableParallelExecution) { $settings.MaxConcurrentJobs } else { 1 }

1..3 | ForEach-Object { @{ Name = "Node-$_"; ScriptBlock = { param($Id) "node $Id" }; Parameters = @{ Id = $_ } } } |
    Invoke-ParallelLabRunner -MaxConcurrency $concurrency -TimeoutMinutes ($settings.DefaultTimeout / 60)
