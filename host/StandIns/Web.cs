using System.Collections;
using System.Management.Automation;
using System.Net.Http.Headers;

namespace Microsoft.PowerShell.Commands;

/// <summary>What Invoke-WebRequest gives.</summary>
public sealed class WebResponseObject
{
    public int StatusCode { get; internal set; }

    public string StatusDescription { get; internal set; } = string.Empty;

    public string Content { get; internal set; } = string.Empty;

    public Dictionary<string, IEnumerable<string>> Headers { get; } = new(StringComparer.OrdinalIgnoreCase);

    public long RawContentLength { get; internal set; }
}

/// <summary>What the web cmdlets share: GET and HEAD, headers, a time limit.</summary>
public abstract class WebCmdlet : PathCmdlet, IDisposable
{
    private static readonly HttpClient Client = new() { Timeout = System.Threading.Timeout.InfiniteTimeSpan };

    private readonly CancellationTokenSource _stopped = new();

    [Parameter(Position = 0, Mandatory = true)]
    public Uri Uri { get; set; } = null!;

    [Parameter]
    [ValidateSet("Get", "Head")]
    public string Method { get; set; } = "Get";

    [Parameter]
    public IDictionary? Headers { get; set; }

    [Parameter]
    [Alias("TimeoutSec")]
    [ValidateRange(0, int.MaxValue)]
    public int ConnectionTimeoutSeconds { get; set; }

    [Parameter]
    public string? OutFile { get; set; }

    [Parameter]
    public SwitchParameter PassThru { get; set; }

    [Parameter]
    public SwitchParameter UseBasicParsing { get; set; }

    [Parameter]
    public SwitchParameter SkipHttpErrorCheck { get; set; }

    private protected abstract object? Result(WebResponseObject response, MediaTypeHeaderValue? type);

    protected override void ProcessRecord()
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(_stopped.Token);
        if (ConnectionTimeoutSeconds > 0)
        {
            limit.CancelAfter(TimeSpan.FromSeconds(ConnectionTimeoutSeconds));
        }

        try
        {
            // A cmdlet runs on its own thread, without a context that could be waited on.
            Ask(limit.Token).GetAwaiter().GetResult();
        }
        catch (OperationCanceledException) when (_stopped.IsCancellationRequested)
        {
            throw new PipelineStoppedException();
        }
        catch (Exception error) when (error is HttpRequestException or OperationCanceledException)
        {
            var cause = error as HttpRequestException ?? (Exception)new TimeoutException($"No answer from {Uri} within {ConnectionTimeoutSeconds} s.", error);
            ThrowTerminatingError(new ErrorRecord(cause, "WebCmdletWebResponseException", ErrorCategory.InvalidOperation, Uri));
        }
    }

    private async Task Ask(CancellationToken token)
    {
        var address = Uri.IsAbsoluteUri ? Uri : new Uri("http://" + Uri.OriginalString);
        using var request = new HttpRequestMessage(new HttpMethod(Method.ToUpperInvariant()), address);
        foreach (DictionaryEntry header in Headers ?? new Hashtable())
        {
            request.Headers.TryAddWithoutValidation(LanguagePrimitives.ConvertTo<string>(header.Key), LanguagePrimitives.ConvertTo<string>(header.Value));
        }

        using var response = await Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, token).ConfigureAwait(false);
        if (!response.IsSuccessStatusCode && !SkipHttpErrorCheck)
        {
            throw new HttpRequestException(
                $"Response status code does not indicate success: {(int)response.StatusCode} ({response.ReasonPhrase}).", null, response.StatusCode);
        }

        if (OutFile is not null)
        {
            using var file = File.Create(ToFilePath(OutFile));
            await response.Content.CopyToAsync(file, token).ConfigureAwait(false);
        }

        _answer = new WebResponseObject
        {
            StatusCode = (int)response.StatusCode,
            StatusDescription = response.ReasonPhrase ?? string.Empty,
            Content = OutFile is null ? await response.Content.ReadAsStringAsync(token).ConfigureAwait(false) : string.Empty,
            RawContentLength = response.Content.Headers.ContentLength ?? -1,
        };
        foreach (var (name, values) in response.Headers.Concat(response.Content.Headers))
        {
            _answer.Headers[name] = values.ToArray();
        }

        _type = response.Content.Headers.ContentType;
    }

    private WebResponseObject? _answer;
    private MediaTypeHeaderValue? _type;

    protected override void EndProcessing()
    {
        // Written here: what follows an await may run on another thread, which must not write.
        if (_answer is not null && (OutFile is null || PassThru))
        {
            WriteObject(Result(_answer, _type), enumerateCollection: true);
        }
    }

    protected override void StopProcessing() => _stopped.Cancel();

    public void Dispose()
    {
        _stopped.Dispose();
        GC.SuppressFinalize(this);
    }
}

/// <summary>Stand-in for Invoke-WebRequest: GET and HEAD without a body, sessions or credentials.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "WebRequest")]
public sealed class InvokeWebRequestCommand : WebCmdlet
{
    private protected override object Result(WebResponseObject response, MediaTypeHeaderValue? type) => response;
}

/// <summary>Stand-in for Invoke-RestMethod: GET and HEAD; JSON becomes objects, all else stays text.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "RestMethod")]
public sealed class InvokeRestMethodCommand : WebCmdlet
{
    private protected override object? Result(WebResponseObject response, MediaTypeHeaderValue? type)
    {
        var isJson = type?.MediaType?.Contains("json", StringComparison.OrdinalIgnoreCase) is true && !string.IsNullOrWhiteSpace(response.Content);
        return isJson ? JsonTextReader.Read(response.Content, asHashtable: false, depth: 1024) : response.Content;
    }
}
