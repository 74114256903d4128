# 1. Initialize lab deployment
$labConfig = @{
    Name = 'Enterprise-Lab'
    Environment = 'Production'
    Nodes = @(
        @{Name='DC-01'; Role='DomainController'; CPU=2; Memory=4GB; Disk=60GB},
        @{Name='SQL-01'; Role='Database'; CPU=4; Memory=8GB; Disk=100GB},
        @{Name='WEB-01'; Role='WebServer'; CPU=2; Memory=4GB; Disk=40GB},
        @{Name='WEB-02'; Role='WebServer'; CPU=2; Memory=4GB; Disk=40GB}
    )
    Network = @{
        Subnet = '192.168.100.0/24'
        Gateway = '192.168.100.1'
        DNS = @('192.168.100.10', '8.8.8.8')
    }
}

# 2. Define deployment operations
$deploymentOps = @(
    @{
        Name = 'Prepare-Infrastructure'
        Type = 'Deploy'
        ScriptBlock = {
            param($Config)
            # Create networks, storage, etc.
            New-LabInfrastructure -Config $Config
        }
        Parameters = @{Config = $labConfig}
        Priority = 1
    },
    @{
        Name = 'Deploy-DomainController'
        Type = 'Deploy'
        ScriptBlock = {
            param($NodeConfig)
            # Deploy and configure domain controller
            New-DomainController @NodeConfig
        }
        Parameters = $labConfig.Nodes[0]
        Dependencies = @('Prepare-Infrastructure')
        Priority = 2
    },
    @{
        Name = 'Deploy-Database'
        Type = 'Deploy'
        ScriptBlock = {
            param($NodeConfig)
            # Deploy SQL Server
            New-DatabaseServer @NodeConfig
        }
        Parameters = $labConfig.Nodes[1]
        Dependencies = @('Deploy-DomainController')
        Priority = 3
    },
    @{
        Name = 'Deploy-WebServers'
        Type = 'Deploy'
        ScriptBlock = {
            param($WebNodes)
            # Deploy multiple web servers in parallel
            foreach ($node in $WebNodes) {
                New-WebServer @node
            }
        }
        Parameters = @{WebNodes = $labConfig.Nodes[2..3]}
        Dependencies = @('Deploy-Database')
        Priority = 4
    }
)

# 3. Execute deployment with parallel processing
$results = Invoke-ParallelLabRunner -Operations $deploymentOps `
                                   -MaxParallelism 2 `
                                   -ShowProgress `
                                   -TimeoutMinutes 120

# 4. Validate deployment
$validation = @(
    @{
        Name = 'Test-DomainConnectivity'
        Type = 'Validate'
        ScriptBlock = { Test-DomainConnection -Domain 'lab.local' }
    },
    @{
        Name = 'Test-DatabaseConnectivity'
        Type = 'Validate'
        ScriptBlock = { Test-DatabaseConnection -Server 'SQL-01' }
    },
    @{
        Name = 'Test-WebServices'
        Type = 'Validate'
        ScriptBlock = { 
            Test-WebService -Servers @('WEB-01', 'WEB-02') 
        }
    }
)

$validationResults = Invoke-ParallelLabRunner -Operations $validation `
                                             -MaxParallelism 3
