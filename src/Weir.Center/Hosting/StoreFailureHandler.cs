using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Weir.Center.Api;
using Weir.Storage;

namespace Weir.Center.Hosting;

/// <summary>A store that can't answer is told as 503 with what to do; everything else stays a bare 500.</summary>
internal sealed class StoreFailureHandler : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (exception is not StoreException failure) return false;
        await Problem.Unavailable(failure.Message).ExecuteAsync(httpContext);
        return true;
    }
}
