import { BadRequestException, Controller, HttpCode, Param, Post, UseGuards } from '@nestjs/common';
import { OnlyLocalGuard } from '../http/only-local.guard.js';
import { LoadBalancer } from './load-balancer.js';
import { troubleOf, type Trouble } from './trouble.js';

/** Makes trouble, and ends it: `POST /trouble/fail`, `/trouble/slow`, `/trouble/hang`, `/trouble/none`. */
@Controller('trouble')
@UseGuards(OnlyLocalGuard)
export class TroubleController {
  constructor(private readonly loadBalancer: LoadBalancer) {}

  @Post(':kind')
  @HttpCode(200)
  set(@Param('kind') kind: string): { trouble: Trouble } {
    const trouble = requireTrouble(kind);
    this.loadBalancer.setTrouble(trouble);
    return { trouble };
  }
}

function requireTrouble(kind: string): Trouble {
  try {
    return troubleOf(kind);
  } catch (error) {
    throw new BadRequestException((error as Error).message);
  }
}
