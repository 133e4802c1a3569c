// The guard that the README's example of a module for operators imports.
import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';

@Injectable()
export class AdminGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const { headers } = context.switchToHttp().getRequest<{ headers: { authorization?: string } }>();
    return headers.authorization === 'Bearer secret';
  }
}
