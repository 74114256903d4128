# Logs with the module Logging and shows progress with ProgressTracking, where they are loaded; plainly where they are not.
$lab = @{ Name = 'Web'; Operations = @(@{ Name = 'Network'; ScriptBlock = { 'network' } }, @{ Name = 'Server'; ScriptBlock = { 'server' }; Dependencies = 'Network' }) }
Write-CustomLog 'Deploying the web lab'
$result = Start-LabAutomation -Configuration $lab -ShowProgress
Write-ProgressLog -Message $result.Message -Level $(if ($result.Success) { 'Success' } else { 'Error' })
$result
