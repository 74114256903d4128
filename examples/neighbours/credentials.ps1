# Takes a credential from the module SecureCredentials where it is needed: the secret never leaves its operation.
Invoke-ParallelLabRunner -Operations @{
    Name = 'Join-Domain'
    ScriptBlock = {
        Import-Module SecureCredentials
        $credential = Get-SecureCredential -CredentialName 'domain-admin'
        "joined as $($credential.UserName)"
    }
}
